import type { AdapterInfo } from './package.ts';

/** As their makers write them. */
const spelled = new Map(
  (
    'NVIDIA GeForce RTX GTX GT TITAN Quadro AMD Radeon RX Pro ATI Intel Arc Iris Xe UHD HD Graphics Apple ' +
    'Max Ultra Ti Super Laptop GPU SwiftShader llvmpipe Adreno Qualcomm Mali ARM Vega'
  )
    .split(' ')
    .map((word) => [word.toLowerCase(), word]),
);

/** "nvidia-geforce-rtx-3080" as "NVIDIA GeForce RTX 3080". */
const readable = (name: string): string =>
  name
    .split(/[-\s]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const known = spelled.get(word.toLowerCase());
      if (known !== undefined) return known;
      return /\d/.test(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
    })
    .join(' ');

/** The name of a GPU for people, whatever its driver tells. */
export function adapterName({ vendor, architecture, device, description }: AdapterInfo): string {
  // Some drivers give a number for a name.
  const name = /[a-z]{2}/i.test(device) && !/^0x/i.test(device) ? device : '';
  if (name !== '') return readable(name);
  if (/[a-z]{2}/i.test(description)) return description;
  return readable(`${vendor} ${architecture}`.trim() || 'GPU');
}

/** What Dawn speaks to here. */
export const graphicsApi = (platform: NodeJS.Platform): string =>
  ({ darwin: 'Metal', win32: 'Direct3D 12' })[platform as string] ?? 'Vulkan';
