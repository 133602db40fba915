import { type ParseAnswer, type ParseOrder, parseTableBytes } from './table-bytes.ts';

self.addEventListener('message', ({ data }: MessageEvent<ParseOrder>) => {
  let answer: ParseAnswer;
  try {
    answer = { id: data.id, page: parseTableBytes(data.bytes, data.at) };
  } catch {
    answer = { id: data.id, error: 'The cluster answered with something that is not JSON.' };
  }
  self.postMessage(answer);
});
