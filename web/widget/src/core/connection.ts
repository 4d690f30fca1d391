/** The socket as the conversation sees it, so that tests can take its place, and its making with socket.io. */

import { io } from 'socket.io-client';
import { readError, type WireError } from './protocol.ts';

export interface SocketHandlers {
  onConnect: () => void;
  /** Gone for now; the socket tries again by itself. */
  onDisconnect: () => void;
  /** The gateway does not want this client; nothing is tried again. */
  onRefused: (error: WireError) => void;
  onEvent: (name: ServerEvent, data: unknown) => void;
}

export type ServerEvent =
  'session_confirm' | 'session_error' | 'message' | 'bot_typing' | 'support_changed' | 'session_closed';

export interface ChatSocket {
  emit: (name: string, data: unknown) => void;
  /** Emits and resolves with the acknowledgement; rejects if it does not come within `timeout` milliseconds. */
  request: (name: string, data: unknown, timeout: number) => Promise<unknown>;
  /** Breaks what may be a dead connection and connects at once. */
  reconnect: () => void;
  close: () => void;
}

export type SocketFactory = (handlers: SocketHandlers) => ChatSocket;

const EVENTS: readonly ServerEvent[] = [
  'session_confirm',
  'session_error',
  'message',
  'bot_typing',
  'support_changed',
  'session_closed',
];

/** First pause before connecting again, and the longest. Milliseconds; socket.io spreads them by half. */
const RECONNECTION_DELAY = 500;
const RECONNECTION_DELAY_MAX = 5_000;

/**
 * Milliseconds for which the first attempt to connect may take, and the longest: twice as long each time, as a slow line
 * needs it, and a gateway that stands still is left soon.
 */
const CONNECTION_TIMEOUT = 5_000;
const CONNECTION_TIMEOUT_MAX = 20_000;

/** Milliseconds within which the windows of a gateway that says goodbye come back, or go to another one. */
const GOODBYE_SPREAD = 3_000;

/** Returns a factory of sockets to the gateway at `base`, which ends in `/`. */
export function socketIoFactory(base: string, site: string): SocketFactory {
  return (handlers) => {
    const url = new URL(base);
    const socket = io(url.origin, {
      path: `${url.pathname}socket.io`,
      // Live messages in the shape of history, not in Rasa's.
      auth: { messages: true, ...(site === '' ? {} : { site }) },
      // A websocket at once, one round trip instead of four; polling where a proxy forbids it.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: RECONNECTION_DELAY,
      reconnectionDelayMax: RECONNECTION_DELAY_MAX,
      timeout: CONNECTION_TIMEOUT,
      // The page may have another socket to the same server.
      forceNew: true,
    });
    let closed = false;
    let patience = CONNECTION_TIMEOUT;
    const wait = (milliseconds: number): void => void socket.io.timeout((patience = milliseconds));
    socket.on('connect', () => {
      wait(CONNECTION_TIMEOUT);
      handlers.onConnect();
    });
    socket.on('disconnect', (reason) => {
      if (closed) return;
      handlers.onDisconnect();
      // The only case in which socket.io does not try again by itself: a server that shuts down says goodbye, to
      // thousands at the same moment.
      if (reason === 'io server disconnect') {
        setTimeout(() => !closed && socket.connect(), RECONNECTION_DELAY + Math.random() * GOODBYE_SPREAD);
      }
    });
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      if (closed) return;
      wait(Math.min(2 * patience, CONNECTION_TIMEOUT_MAX));
      // Inactive: the gateway itself has refused, rather than the network.
      if (socket.active) handlers.onDisconnect();
      else handlers.onRefused(readError(error.data ?? { message: '' }));
    });
    for (const name of EVENTS) socket.on(name, (data: unknown) => handlers.onEvent(name, data));
    return {
      emit: (name, data) => socket.emit(name, data),
      request: (name, data, timeout) => socket.timeout(timeout).emitWithAck(name, data),
      reconnect: () => {
        socket.disconnect();
        socket.connect();
      },
      close: () => {
        closed = true;
        socket.disconnect();
      },
    };
  };
}
