/** Writes `sw.js`: the worker of `shell.js` with the names of the files that the first page needs. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin, Rollup } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Copied from `public`; their names carry no hash, so their content goes into the version. */
const STANDING = ['offline.html', 'offline.js', 'offline.css', 'assets/icon.svg'];
/** Another part's worker code, taken in where it is there. */
const PUSH = 'push.js';

export function serviceWorker(): Plugin {
  return {
    name: 'quantrac-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const shell = [...shellOf(bundle), ...STANDING].map((name) => `/${name}`);
      const body = readFileSync(here('./shell.js'), 'utf-8');
      const hash = createHash('sha256').update(shell.join('\n')).update(body);
      for (const name of STANDING) hash.update(readFileSync(here(`../public/${name}`)));
      const push = here(`../public/${PUSH}`);
      const imports = existsSync(push) ? `importScripts('/${PUSH}');\n` : '';
      if (imports !== '') hash.update(readFileSync(push));
      const head = `const VERSION = '${hash.digest('hex').slice(0, 16)}';\nconst SHELL = ${JSON.stringify(shell)};\n`;
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + imports + body });
    },
  };
}

/** Return the entry, what it imports at once, and their styles. */
function shellOf(bundle: Rollup.OutputBundle): string[] {
  const names = new Set<string>();
  const add = (name: string): void => {
    const chunk = bundle[name];
    if (chunk?.type !== 'chunk' || names.has(name)) return;
    names.add(name);
    for (const style of chunk.viteMetadata?.importedCss ?? []) names.add(style);
    chunk.imports.forEach(add);
  };
  for (const [name, chunk] of Object.entries(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) add(name);
  return [...names];
}
