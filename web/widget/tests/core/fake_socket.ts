/** A socket whose other end is the test. */

import type { ChatSocket, ServerEvent, SocketFactory, SocketHandlers } from '../../src/core/connection.ts';

export interface Request {
  name: string;
  data: Record<string, unknown>;
  acknowledge: (answer: unknown) => void;
  /** The acknowledgement has not come in time. */
  lose: () => void;
}

export class FakeSocket implements ChatSocket {
  readonly emitted: { name: string; data: Record<string, unknown> }[] = [];
  readonly requests: Request[] = [];
  reconnects = 0;
  closed = false;

  constructor(readonly handlers: SocketHandlers) {}

  emit(name: string, data: unknown): void {
    this.emitted.push({ name, data: data as Record<string, unknown> });
  }

  request(name: string, data: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.requests.push({
        name,
        data: data as Record<string, unknown>,
        acknowledge: resolve,
        lose: () => reject(new Error('timeout')),
      });
    });
  }

  reconnect(): void {
    this.reconnects += 1;
    this.handlers.onDisconnect();
  }

  close(): void {
    this.closed = true;
  }

  receive(name: ServerEvent, data: unknown): void {
    this.handlers.onEvent(name, data);
  }

  /** The newest request that the chat has made. */
  get last(): Request {
    const request = this.requests.at(-1);
    if (!request) throw new Error('nothing was requested');
    return request;
  }

  get lastEmitted(): Record<string, unknown> {
    return this.emitted.at(-1)?.data ?? {};
  }
}

/** Makes fake sockets and keeps them. */
export class FakeSockets {
  readonly all: FakeSocket[] = [];
  readonly connect: SocketFactory = (handlers) => {
    const socket = new FakeSocket(handlers);
    this.all.push(socket);
    return socket;
  };

  get current(): FakeSocket {
    const socket = this.all.at(-1);
    if (!socket) throw new Error('nothing has connected');
    return socket;
  }
}
