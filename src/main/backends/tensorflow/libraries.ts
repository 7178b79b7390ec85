import { existsSync } from 'node:fs';
import path from 'node:path';

/** What TensorFlow 2.9 opens by name before it uses a card, and what brings it. */
interface Library {
  readonly linux: string;
  readonly windows: string;
  readonly from: 'driver' | 'cuda' | 'cudnn';
}

const libraries: readonly Library[] = [
  { linux: 'libcuda.so.1', windows: 'nvcuda.dll', from: 'driver' },
  { linux: 'libcudart.so.11.0', windows: 'cudart64_110.dll', from: 'cuda' },
  { linux: 'libcublas.so.11', windows: 'cublas64_11.dll', from: 'cuda' },
  { linux: 'libcublasLt.so.11', windows: 'cublasLt64_11.dll', from: 'cuda' },
  { linux: 'libcufft.so.10', windows: 'cufft64_10.dll', from: 'cuda' },
  { linux: 'libcurand.so.10', windows: 'curand64_10.dll', from: 'cuda' },
  { linux: 'libcusolver.so.11', windows: 'cusolver64_11.dll', from: 'cuda' },
  { linux: 'libcusparse.so.11', windows: 'cusparse64_11.dll', from: 'cuda' },
  { linux: 'libcudnn.so.8', windows: 'cudnn64_8.dll', from: 'cudnn' },
];

const install: Readonly<Record<Library['from'], string>> = {
  driver: "install NVIDIA's driver, 460 or newer",
  cuda: 'install CUDA 11.2 and have its folder of libraries searched (LD_LIBRARY_PATH, or PATH on Windows)',
  cudnn: 'install cuDNN 8.1 for CUDA 11.2 beside the libraries of CUDA',
};

/** Where the libraries mostly are, whether they are there or not: nothing is loaded, and no folder read. */
export function libraryPaths(platform: NodeJS.Platform = process.platform): string[] {
  const windows = platform === 'win32';
  const searched = process.env[windows ? 'PATH' : 'LD_LIBRARY_PATH'] ?? '';
  const usual = ['/usr/lib', '/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/local/cuda/lib64'];
  const folders = [...searched.split(path.delimiter), ...(windows ? [] : usual)];
  return folders
    .filter((folder) => folder !== '')
    .flatMap((folder) =>
      libraries.map((library) => path.join(folder, windows ? library.windows : library.linux)),
    );
}

/** Whether the system's loader finds a library; its message where not. */
export type OpenLibrary = (name: string) => string | null;

/** As TensorFlow does it: the loader is asked, with all the places that it searches. */
export const openOnLinux: OpenLibrary = (name) => {
  try {
    process.dlopen({ exports: {} }, name);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // What was opened is no addon of Node, which comes after.
    return /did not self-register/.test(message) ? null : message;
  }
};

const openOnWindows: OpenLibrary = (name) => {
  const folders = [
    path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32'),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ];
  const found = folders.some((folder) => folder !== '' && existsSync(path.join(folder, name)));
  return found ? null : `${name} is in no folder of PATH`;
};

/**
 * Why TensorFlow took no GPU, in one clause that says what to install.
 *
 * @param open asks the system's loader
 */
export function whyNoGpu(
  platform: NodeJS.Platform = process.platform,
  open: OpenLibrary = platform === 'win32' ? openOnWindows : openOnLinux,
): string {
  if (platform !== 'linux' && platform !== 'win32') {
    return 'TensorFlow uses GPUs on Linux and Windows only';
  }
  for (const library of libraries) {
    const name = platform === 'win32' ? library.windows : library.linux;
    const message = open(name);
    if (message === null) continue;
    // A library that is there but lacks another says which.
    const missing = /^([^\s:]+): cannot open shared object/.exec(message)?.[1] ?? name;
    return `TensorFlow finds no GPU: ${missing} does not load; ${install[library.from]}`;
  }
  return 'TensorFlow finds no GPU that it can use, though CUDA and cuDNN load; it needs an NVIDIA card of compute capability 3.5 or higher and a driver of 460 or newer (nvidia-smi shows both)';
}
