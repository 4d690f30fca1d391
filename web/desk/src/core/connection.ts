/** The socket as the desk sees it, so that tests can take its place, and its making with socket.io. */

import { io } from 'socket.io-client';

export const SERVER_EVENTS = [
  'queue_changed',
  'ticket_changed',
  'message',
  'user_typing',
  'read',
  'whispered',
  'agents_changed',
  'signed_out',
] as const;

export type ServerEvent = (typeof SERVER_EVENTS)[number];

export interface SocketHandlers {
  onConnect: () => void;
  /** Gone for now; the socket tries again by itself. */
  onDisconnect: () => void;
  /** The gateway does not know this browser any more; nothing is tried again. */
  onRefused: () => void;
  onEvent: (name: ServerEvent, data: unknown) => void;
}

export interface DeskSocket {
  emit: (name: string, data: unknown) => void;
  /** Emits and resolves with the acknowledgement; rejects if it does not come in time. */
  request: (name: string, data: unknown) => Promise<unknown>;
  /** Breaks what may be a dead connection and connects at once. */
  reconnect: () => void;
  close: () => void;
}

export type SocketFactory = (handlers: SocketHandlers) => DeskSocket;

/** First pause before connecting again, and the longest. Milliseconds; socket.io spreads them by half. */
const RECONNECTION_DELAY = 500;
const RECONNECTION_DELAY_MAX = 5_000;

/** How long an acknowledgement may take. Milliseconds. */
const ACKNOWLEDGEMENT_TIMEOUT = 8_000;

/** Returns a factory of sockets to the gateway that served the page. */
export function socketIoFactory(origin: string): SocketFactory {
  return (handlers) => {
    const socket = io(`${origin}/desk`, {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: RECONNECTION_DELAY,
      reconnectionDelayMax: RECONNECTION_DELAY_MAX,
      forceNew: true,
    });
    let closed = false;
    socket.on('connect', () => handlers.onConnect());
    socket.on('disconnect', (reason) => {
      if (closed) return;
      handlers.onDisconnect();
      // The only case in which socket.io does not try again by itself: a server that shuts down says goodbye.
      if (reason === 'io server disconnect') setTimeout(() => !closed && socket.connect(), RECONNECTION_DELAY);
    });
    socket.on('connect_error', () => {
      if (closed) return;
      handlers.onDisconnect();
      // Inactive: the gateway itself has refused, rather than the network.
      if (!socket.active) handlers.onRefused();
    });
    for (const name of SERVER_EVENTS) socket.on(name, (data: unknown) => handlers.onEvent(name, data));
    return {
      emit: (name, data) => void socket.emit(name, data),
      request: (name, data) => socket.timeout(ACKNOWLEDGEMENT_TIMEOUT).emitWithAck(name, data),
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
