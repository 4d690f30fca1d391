/** The gateway's REST side, as far as the widget needs it (docs/protocol.md). */

import { accessHeaders, endSession, type Access, type Fetch } from './access.ts';
import { readTickets, type PastTicket } from './ticket_list.ts';
import { readError, readPage, type Message, type WireError } from './protocol.ts';

/** A refusal of the gateway, or `unavailable` when it could not be reached. */
export class GatewayError extends Error {
  constructor(readonly error: WireError) {
    super(error.code);
  }
}

/** How long an answer may take. Milliseconds. */
const TIMEOUT = 15_000;

/** A picture on a slow line takes longer. Milliseconds. */
const UPLOAD_TIMEOUT = 90_000;

export interface UploadedImage {
  id: string;
}

/** Speaks to one gateway. */
export class Gateway {
  constructor(
    /** Where the gateway is, ending in `/`. */
    readonly base: string,
    private readonly fetch: Fetch = (url, init) => window.fetch(url, init),
  ) {}

  /** Returns the absolute address of an attachment; null if it would lead to another place than the web. */
  attachmentUrl(url: string): string | null {
    try {
      const absolute = new URL(url, this.base);
      return ['https:', 'http:'].includes(absolute.protocol) ? absolute.href : null;
    } catch {
      return null;
    }
  }

  /** Returns messages with ids above `after`, oldest first. Throws GatewayError. */
  async messages(access: Access, after: number, limit: number): Promise<{ messages: Message[]; has_more: boolean }> {
    const path = `api/v1/messages?after=${after}&limit=${limit}`;
    return readPage(await this.request(path, access, { method: 'GET' }, TIMEOUT));
  }

  /** Returns the user's requests for a human, newest first. Throws GatewayError. */
  async tickets(access: Access): Promise<PastTicket[]> {
    return readTickets(await this.request('api/v1/support/tickets', access, { method: 'GET' }, TIMEOUT));
  }

  /** Stores an image and returns its id. Throws GatewayError. */
  async upload(access: Access, file: Blob, name: string): Promise<UploadedImage> {
    const body = new FormData();
    body.append('file', file, name);
    const answer = await this.request('api/v1/attachments', access, { method: 'POST', body }, UPLOAD_TIMEOUT);
    const id = (answer as { id?: unknown } | null)?.id;
    if (typeof id !== 'string') throw unavailable();
    return { id };
  }

  /** Signs out: the token opens nothing from now on. */
  endSession(token: string | null): void {
    endSession(this.base, token, this.fetch);
  }

  private async request(path: string, access: Access, init: RequestInit, timeout: number): Promise<unknown> {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), timeout);
    try {
      const response = await this.fetch(this.base + path, {
        ...init,
        headers: accessHeaders(access),
        signal: aborter.signal,
        credentials: 'omit',
      });
      const answer: unknown = await response.json().catch(() => null);
      if (!response.ok) throw new GatewayError(readError(answer));
      return answer;
    } catch (error) {
      throw error instanceof GatewayError ? error : unavailable();
    } finally {
      clearTimeout(timer);
    }
  }
}

function unavailable(): GatewayError {
  return new GatewayError({ code: 'unavailable', message: '', retry_after: null });
}
