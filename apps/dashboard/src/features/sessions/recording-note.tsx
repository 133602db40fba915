import type { Recording } from '@postern/contracts';
import { Badge } from '#components/ui/badge.tsx';
import { Bytes } from '#components/ui/bytes.tsx';

/** Whether a session was recorded, and whether all of it was. */
export function RecordingNote({ recording }: { recording: Recording | null }) {
  if (recording === null) return <span className="text-faint">none</span>;
  return (
    <span className="inline-flex flex-col items-start max-md:items-end">
      <Badge tone="idle">Recorded</Badge>
      {recording.missingBytes > 0 && (
        <span className="whitespace-nowrap text-faint text-xs">
          without <Bytes value={recording.missingBytes} />
        </span>
      )}
    </span>
  );
}
