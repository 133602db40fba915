import { expect, it } from 'vitest';
import { opensNewConnection } from './handshake.ts';

it.each([
  '/socket.io/?EIO=4&transport=websocket',
  '/socket.io/?EIO=4&transport=websocket&t=abc',
  '/socket.io/?t=&transport=websocket&EIO=4',
])('%s opens a new connection', (target) => {
  expect(opensNewConnection(target)).toBe(true);
});

it.each([
  '',
  '/socket.io/',
  '/socket.io/?',
  '/socket.io?EIO=4&transport=websocket',
  '/socket.io/x?EIO=4&transport=websocket',
  '/?EIO=4&transport=websocket',
  '/socket.io/?EIO=4&transport=websocket?',
  '/socket.io/?EIO=4&transport=websocket&t=a?b',
  '/socket.io/?EIO=4&transport=websocket&t=a&t=b',
  '/socket.io/?EIO=4&EIO=4&transport=websocket',
  '/socket.io/?EIO=4&transport=websocket&transport=websocket',
  '/socket.io/?EIO=4',
  '/socket.io/?EIO=&transport=websocket',
  '/socket.io/?EIO=3&transport=websocket',
  '/socket.io/?transport=websocket',
  '/socket.io/?EIO=4&transport=polling',
  '/socket.io/?EIO=4&transport=websocket&sid=',
  '/socket.io/?EIO=4&transport=websocket&toString=x',
])('%j does not only open a new connection', (target) => {
  expect(opensNewConnection(target)).toBe(false);
});
