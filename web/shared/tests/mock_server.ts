/**
 * A gateway for tests, in memory: HTTP, Socket.IO and what the build has made. The widget's and the desk's tests each give
 * it a face (`web/widget/tests/mock_gateway.ts`, `web/desk/tests/mock_desk.ts`). What it sends must fit the protocol.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Server as SocketServer, type Socket } from 'socket.io';
import { checkEvent, checkModel } from './payloads.ts';

const DIST = path.resolve(import.meta.dirname, '../../dist');

/** What a namespace, a room or a socket can do. */
interface Emitter {
  emit: (name: string, data: unknown) => unknown;
}

export abstract class MockServer {
  /** Payloads that did not fit the protocol; `stop` fails if there are any. */
  readonly misfits: unknown[] = [];
  protected readonly io: SocketServer;
  private readonly http: Server;

  protected constructor(private readonly events: 'WidgetEvents' | 'DeskEvents') {
    this.http = createServer((request, response) => void this.serve(request, response));
    this.io = new SocketServer(this.http, { cors: { origin: true } });
  }

  protected abstract serve(request: IncomingMessage, response: ServerResponse): Promise<void>;

  protected abstract get sockets(): Iterable<Socket>;

  protected async listen(port: number): Promise<this> {
    await new Promise<void>((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    return this;
  }

  /** Address without a path. */
  get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await this.io.close();
    if (this.misfits.length > 0) throw new AggregateError(this.misfits, this.misfits.map(String).join('\n'));
  }

  /** Cuts all connections, as a network does. */
  cut(): void {
    for (const socket of this.sockets) socket.conn.close();
  }

  /** Emits an event of the protocol. */
  protected tellTo(target: Emitter, name: string, data: unknown): void {
    this.check(() => checkEvent(this.events, name, data));
    target.emit(name, data);
  }

  /** Answers with a model of the protocol; with null if there is none. */
  protected send(response: ServerResponse, status: number, model: string | null, body: unknown): void {
    if (model !== null) this.check(() => checkModel(model, body));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body ?? null));
  }

  /** Remembers a payload that does not fit, and lets the test go on: it fails in the end. */
  protected check(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.misfits.push(error);
    }
  }

  protected async serveBuilt(
    name: string,
    response: ServerResponse,
    headers: Record<string, string> = {},
  ): Promise<void> {
    try {
      const files = JSON.parse(await readFile(path.join(DIST, 'files.json'), 'utf8')) as Record<
        string,
        { file: string; content_type: string }
      >;
      const entry = files[name];
      if (!entry) return void response.writeHead(404).end();
      const content = await readFile(path.join(DIST, entry.file));
      response.writeHead(200, { 'Content-Type': entry.content_type, ...headers }).end(content);
    } catch {
      response.writeHead(404).end('run the build first');
    }
  }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
