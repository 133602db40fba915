// `npm run build`: builds what `npm start` needs, without starting it.
import { build, install, program } from './workspace.mjs';

await program(async () => {
  await install();
  await build();
  return 0;
});
