import { type ParseAnswer, type ParseOrder, parseListBytes } from './list-bytes.ts';

self.addEventListener('message', ({ data }: MessageEvent<ParseOrder>) => {
  let answer: ParseAnswer;
  try {
    answer = { id: data.id, page: parseListBytes(data) };
  } catch {
    answer = { id: data.id, error: 'The cluster answered with something that is not JSON.' };
  }
  self.postMessage(answer);
});
