/** Limits of one exec or attach, enforced by the kernel for each process. */
export const processLimits = {
  /** Processes and threads at once. */
  processes: 64,
  openFiles: 256,
  /** Address space of one process, in bytes. */
  addressSpace: 1024 ** 3,
  /** Length of one file, in bytes. */
  fileBytes: 32 * 1024 ** 2,
  /** CPU time of one process, in seconds. */
  cpuSeconds: 600,
};

const { openFiles, addressSpace, fileBytes, cpuSeconds } = processLimits;

/** User and group id of processes inside a sandbox; unrelated to those outside. */
const INNER_ID = 65_532;

/**
 * Sets the limits. Shells differ: dash uses `-p` where others use `-u`; macOS has no `-v`. A limit that cannot be set is
 * skipped, except the one on file size, without which the disk could fill up.
 */
const setLimits = (processes: string) => `
ulimit -c 0
ulimit -f ${fileBytes / 512} || exit 126
ulimit -n ${openFiles} 2>/dev/null
ulimit -t ${cpuSeconds} 2>/dev/null
ulimit -v ${addressSpace / 1024} 2>/dev/null
ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes} 2>/dev/null`;

/**
 * The first process inside. It keeps running, so that the command is not process 1, whose signals the kernel drops, and so that
 * everything ends with the command. Arguments: `onTerminalScript`, the command.
 */
export const insideScript = `onTerminal=$1
shift
${setLimits(String(processLimits.processes))}
if [ -t 0 ]; then
  exec 4>&1
  code=$(/bin/sh -c "$onTerminal" sh "$@" 3>&1 >&4 4>&-)
  exit "\${code:-137}"
fi
nice -n 10 "$@"
exit $?`;

/**
 * Gives the command of a terminal a process group, because that of the process outside has no number in here, about which
 * shells complain. A stopped command (128 + SIGTSTP) is continued at once, because nobody could resume it. The exit code is
 * written to descriptor 3, because this shell itself fails when it returns the terminal. The trap keeps it alive when Ctrl-C
 * ends the command; it does not apply to the command itself. Arguments: the command.
 */
export const onTerminalScript = `set -m
trap : INT
nice -n 10 "$@" 3>&-
code=$?
exec 2>/dev/null
while [ $code = 148 ]; do
  fg >/dev/null
  code=$?
done
echo $code >&3`;

/**
 * Sets up the namespaces as their root, and then drops its privileges. Arguments: the container's folder, the two scripts
 * above, folders to hide, `--`, the command. A hidden folder becomes an empty one, with room for a few files that end with the
 * session.
 */
export const namespaceScript = `set -eu
folder=$1
inside=$2
onTerminal=$3
shift 3
mount --bind "$folder" /mnt
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mount -t tmpfs -o size=4m,nr_inodes=1024,mode=1777,nosuid,nodev demo "$1"; fi
  shift
done
shift
mkdir -p "$folder"
mount --move /mnt "$folder"
mount -o remount,bind,ro / 2>/dev/null || :
ip link set lo up 2>/dev/null || :
cd "$folder"
exec unshare --user --map-user=${INNER_ID} --map-group=${INNER_ID} -- /bin/sh -c "$inside" sh "$onTerminal" "$@"`;

/**
 * Without namespaces, sets limits only. All processes of a user count together, so the limit is added to those already running.
 * Arguments: the command.
 */
export const limitScript = `
running=$(ps -L -u "$(id -u)" 2>/dev/null | wc -l)
[ "$running" -gt 0 ] || running=$(ps -u "$(id -u)" 2>/dev/null | wc -l)
${setLimits(`$((running + ${processLimits.processes}))`)}
exec nice -n 10 "$@"`;

/** Succeeds if the namespaces work: no network access, no privileges, a writable folder. */
export const probeScript = `[ -w . ] && [ "$(id -u)" = ${INNER_ID} ] && [ "$(wc -l < /proc/net/route)" -le 1 ]`;
