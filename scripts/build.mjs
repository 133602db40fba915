// `npm run build`: what `npm start` builds, without starting it.
import { build, install, program } from './workspace.mjs';

await program(async () => {
  await install();
  await build();
  return 0;
});
