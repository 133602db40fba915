import { expect, it } from 'vitest';
import { withOtherLastCharacter } from '../test/last-character.ts';
import { Devices } from './devices.ts';

const devices = new Devices({ devices: Buffer.alloc(32, 1) });
const email = 'ada@example.com';

it('reads back the id of a device cookie, for the address for which it was made', () => {
  const value = devices.make(email);
  const [id, mac] = value.split('.');
  expect([id?.length, mac?.length]).toEqual([22, 43]);
  expect(devices.read(email, value)).toBe(id);
  expect(devices.read('eve@example.com', value)).toBeNull();
});

it('makes a different cookie each time', () => {
  expect(devices.make(email)).not.toBe(devices.make(email));
});

it('refuses any other value', () => {
  const value = devices.make(email);
  const [id = '', mac = ''] = value.split('.');
  const [otherId = ''] = devices.make(email).split('.');
  const ofOtherGateway = new Devices({ devices: Buffer.alloc(32, 2) }).make(email);
  for (const wrong of [
    null,
    '',
    id,
    `${id}.`,
    `.${mac}`,
    `${otherId}.${mac}`,
    ofOtherGateway,
    `x${value}`,
    `${value}x`,
    `${value}\n`,
    ...withOtherLastCharacter(value),
  ])
    expect(devices.read(email, wrong), String(wrong)).toBeNull();
});
