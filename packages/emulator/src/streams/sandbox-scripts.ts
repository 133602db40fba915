/** What one exec or attach may use; each is set for every process by the kernel. */
export const processLimits = {
  /** Processes and threads at once. */
  processes: 64,
  openFiles: 256,
  /** Address space of one process, bytes. */
  addressSpace: 1024 ** 3,
  /** Length of one file, bytes. */
  fileBytes: 32 * 1024 ** 2,
  /** Seconds on a processor, of one process. */
  cpuSeconds: 600,
};

const { openFiles, addressSpace, fileBytes, cpuSeconds } = processLimits;

/** Whom processes are inside a sandbox; what they are outside is another matter. */
const INNER_ID = 65_532;

/**
 * Sets the limits. Shells differ: dash says `-p` where others say `-u`; macOS has no `-v`. A limit that cannot be set is left
 * out, but for that on files, without which a disk fills.
 */
const setLimits = (processes: string) => `
ulimit -c 0
ulimit -f ${fileBytes / 512} || exit 126
ulimit -n ${openFiles} 2>/dev/null
ulimit -t ${cpuSeconds} 2>/dev/null
ulimit -v ${addressSpace / 1024} 2>/dev/null
ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes} 2>/dev/null`;

/**
 * The first process inside: it stays, so that the command is not process 1, whose signals the kernel drops, and so that all
 * ends with the command. Arguments: `onTerminalScript`, the command.
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
 * Gives the command of a terminal a process group: that of the process outside has no number in here, which shells complain
 * of. A command that is stopped (128 + SIGTSTP) goes on at once, as nobody could wake it. The exit code goes to descriptor 3,
 * because this shell fails itself when it wants to give the terminal back. The trap keeps it alive when Ctrl-C ends the command;
 * the command itself is not trapped. Arguments: the command.
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
 * Furnishes the namespaces as their root, then gives that up. Arguments: the container's folder, the two scripts above,
 * folders to hide, `--`, the command. What is hidden becomes empty, and takes a few files that end with the session.
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
 * Without namespaces: limits only. A user's processes are counted together there, so the limit lies above those that run
 * already. Arguments: the command.
 */
export const limitScript = `
running=$(ps -L -u "$(id -u)" 2>/dev/null | wc -l)
[ "$running" -gt 0 ] || running=$(ps -u "$(id -u)" 2>/dev/null | wc -l)
${setLimits(`$((running + ${processLimits.processes}))`)}
exec nice -n 10 "$@"`;

/** Ends well when the namespaces are what they should be: no way out, no privileges, a folder to write to. */
export const probeScript = `[ -w . ] && [ "$(id -u)" = ${INNER_ID} ] && [ "$(wc -l < /proc/net/route)" -le 1 ]`;
