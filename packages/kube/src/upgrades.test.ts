import { describe, expect, it } from 'vitest';
import { requestInfo } from './request-info.ts';
import { isPodLog, upgradesOf } from './upgrades.ts';

const pod = '/api/v1/namespaces/shop/pods/web-0';

function upgrades(method: string, target: string): readonly string[] {
  const [path = '', query = ''] = target.split('?');
  const info = requestInfo(method, path, query);
  if (info === null) throw new Error(`no request: ${target}`);
  return upgradesOf(method, info);
}

describe('upgradesOf', () => {
  it.each(['exec', 'attach', 'portforward'])('%s switches to either protocol, by GET and POST only', (subresource) => {
    for (const method of ['GET', 'POST']) {
      expect(upgrades(method, `${pod}/${subresource}`)).toEqual(['websocket', 'SPDY/3.1']);
    }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'HEAD']) {
      expect(upgrades(method, `${pod}/${subresource}`)).toEqual([]);
    }
  });

  it.each([`${pod}/log?follow=true`, '/api/v1/pods?watch=true', '/apis/apps/v1/watch/deployments'])(
    '%s switches to WebSocket, by GET only',
    (target) => {
      expect(upgrades('GET', target)).toEqual(['websocket']);
      for (const method of ['POST', 'HEAD', 'DELETE']) expect(upgrades(method, target)).toEqual([]);
    },
  );

  it.each([
    pod,
    '/api/v1/pods',
    '/version',
    '/watch',
    `${pod}/log/more`,
    `${pod}/status`,
    '/apis/apps/v1/namespaces/shop/pods/web-0/log',
    '/api/v1/namespaces/shop/services/web/log',
  ])('%s switches to nothing', (target) => {
    for (const method of ['GET', 'POST']) expect(upgrades(method, target)).toEqual([]);
  });
});

describe('isPodLog', () => {
  it.each([
    [`${pod}/log`, true],
    [`${pod}/log/more`, false],
    [`${pod}/exec`, false],
    ['/apis/apps/v1/namespaces/shop/pods/web-0/log', false],
    ['/api/v1/namespaces/shop/services/web/log', false],
  ])('%s: %s', (path, isLog) => {
    const info = requestInfo('GET', path, '');
    expect(info && isPodLog(info)).toBe(isLog);
  });
});
