// ESLint rule `layers/imports`: which folder may import which. The map of ARCHITECTURE.md, enforced.
import path from 'node:path';

/** Any package and Node's own modules, but not electron. */
const notElectron = [/^(?!electron$|electron\/)/];

/**
 * For each layer: the layers it may import beside itself, and the packages.
 * `packages: null` allows any package and Node's own modules.
 * @type {Record<string, {layers: readonly string[], packages: readonly RegExp[] | null}>}
 */
export const layers = {
  'src/shared': { layers: [], packages: [/^valibot$/] },
  'src/main/lm': { layers: ['src/shared'], packages: [/^@tensorflow\/tfjs-core$/, /^valibot$/] },
  'src/main/backends': { layers: ['src/shared', 'src/main/lm/nn'], packages: null },
  // Spelling dictionaries into the form that Chromium reads.
  'src/main/hunspell': { layers: [], packages: notElectron },
  // Word processors' files in and out; knows nothing of voices.
  'src/main/formats': { layers: ['src/shared'], packages: notElectron },
  'src/main/files': { layers: ['src/shared', 'src/main/lm', 'src/main/formats'], packages: null },
  'src/main/protocol': { layers: ['src/shared'], packages: [/^valibot$/] },
  'src/main/engine': {
    layers: [
      'src/shared',
      'src/main/lm',
      'src/main/backends',
      'src/main/files',
      'src/main/formats',
      'src/main/protocol',
    ],
    packages: null,
  },
  // Everything of the app but its engines and its shells; knows no electron.
  'src/main/host': {
    layers: ['src/shared', 'src/main/files', 'src/main/formats', 'src/main/protocol'],
    packages: notElectron,
  },
  'src/main/web': { layers: ['src/shared', 'src/main/host'], packages: notElectron },
  'src/main/electron': { layers: ['src/shared', 'src/main/host'], packages: null },
  // The page.
  'src/renderer/editor': {
    layers: ['src/shared'],
    packages: [/^@codemirror\//, /^@lezer\//],
  },
  'src/renderer': {
    layers: ['src/shared'],
    packages: [/^svelte($|\/)/, /^uplot($|\/)/, /^@fontsource/, /^valibot$/],
  },
  'src/main/cli': {
    layers: [
      'src/shared',
      'src/main/lm',
      'src/main/backends',
      'src/main/files',
      'src/main/formats',
      'src/main/engine',
    ],
    packages: null,
  },
};

/** @param {string} file @param {string} folder */
const within = (file, folder) => file === folder || file.startsWith(`${folder}/`);

/** The layer a file lies in, or null. @param {string} file relative to the root, with slashes */
export const layerOf = (file) => Object.keys(layers).find((layer) => within(file, layer)) ?? null;

/**
 * What is wrong with this import, or null.
 * @param {string} file the importing file, relative to the root, with slashes
 * @param {string} source the import's specifier
 */
export function complaint(file, source) {
  const layer = layerOf(file);
  const rule = layer === null ? undefined : layers[layer];
  if (layer === null || rule === undefined) return null;
  if (!source.startsWith('.')) {
    if (rule.packages === null || rule.packages.some((allowed) => allowed.test(source)))
      return null;
    return `${layer} may not import ${source}.`;
  }
  const target = path.posix.join(path.posix.dirname(file), source);
  // What is read and not run belongs to no layer.
  if (within(target, 'resources')) return null;
  if (within(target, layer) || rule.layers.some((allowed) => within(target, allowed))) return null;
  const allowed = rule.layers.length > 0 ? rule.layers.join(', ') : 'nothing of ours';
  return `${layer} may not import ${target}: it imports ${allowed}.`;
}

/** @type {import('eslint').Rule.RuleModule} */
const imports = {
  meta: { type: 'problem', schema: [], messages: { wrong: '{{complaint}}' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    /** @param {{source?: import("estree").Expression | null | undefined}} node */
    const check = (node) => {
      const source = node.source;
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const found = complaint(file, source.value);
      if (found !== null) {
        context.report({ node: source, messageId: 'wrong', data: { complaint: found } });
      }
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

export default { rules: { imports } };
