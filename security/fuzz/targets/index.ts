import type { Target } from '../target.ts';
import { http1OverTls, http1Plain } from './http1.ts';
import { http2 } from './http2.ts';
import { kubeAnswer } from './kube-answer.ts';
import { headerSanitiser, identities, kubeconfigWriter } from './kube-text.ts';
import { credentialText, execStatus, kubeTarget, messageReader, tunnelDecoder, tunnelHeads } from './pure.ts';
import { recordingTargets } from './recording.ts';
import { rest } from './rest.ts';
import { socketio } from './socketio.ts';
import { terminal } from './terminal.ts';
import { tunnelFrames } from './tunnel-frames.ts';
import { tunnelHandshake } from './tunnel-handshake.ts';
import { websocket } from './websocket.ts';

/** Every target of `npm run fuzz`. Those of one listener follow each other, so that it is started once. */
export const targets: readonly Target[] = [
  kubeTarget,
  headerSanitiser,
  kubeconfigWriter,
  identities,
  tunnelDecoder,
  messageReader,
  execStatus,
  tunnelHeads,
  credentialText,
  ...recordingTargets,
  http1OverTls,
  http2,
  websocket,
  socketio,
  tunnelHandshake,
  tunnelFrames,
  rest,
  kubeAnswer,
  terminal,
  http1Plain,
];
