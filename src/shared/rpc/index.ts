export * from './table.ts';
export { createClient } from './client.ts';
export { ItemQueue } from './item-queue.ts';
export { toEnd } from './to-end.ts';
export { serve, type Server, type ServerOptions } from './server.ts';
export { GATHER, LATEST_EVERY, WINDOW, type Port, type ToClient, type ToServer } from './wire.ts';
