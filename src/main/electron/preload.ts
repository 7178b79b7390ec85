/**
 * Gives the page its client. One CommonJS file that requires only electron: the sandbox allows no more.
 * The page gets a function for every name of the Api, and no channel of its own.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { api } from '../../shared/api/index.ts';
import { createClient, type Port } from '../../shared/rpc/index.ts';
import { CONNECT } from './channel.ts';

function linePort(line: InstanceType<typeof MessagePort>): Port {
  return {
    send: (message) => line.postMessage(message),
    receive: (listener) => {
      line.addEventListener('message', (event) => listener((event as { data?: unknown }).data));
      line.start();
    },
    closed: (listener) => line.addEventListener('close', listener, { once: true }),
  };
}

const { port1, port2 } = new MessageChannel();
ipcRenderer.postMessage(CONNECT, null, [port2]);
contextBridge.exposeInMainWorld('understudy', createClient(api, linePort(port1)));
