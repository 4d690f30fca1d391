/** Pictures on their way to the gateway. They live as long as the page: a browser cannot keep a file that was picked. */

import type { Access } from './access.ts';
import { GatewayError, type Gateway } from './gateway.ts';

export interface Upload {
  client_id: string;
  file: Blob;
  name: string;
  /** What the user says of it; empty if nothing. */
  caption: string;
  /** Address of the picture within this page. */
  preview: string;
  /** `sent`: uploaded, its message is in the outbox or has just arrived. */
  state: 'waiting' | 'failed' | 'sent';
  /** Why it failed, as the gateway told it; empty if only the connection did. */
  error: string;
  retryable: boolean;
}

const NO_RETRY: readonly string[] = ['attachment_too_large', 'attachment_type', 'malformed'];

/** The pictures that are being uploaded, one at a time. */
export class Uploads {
  private uploads: readonly Upload[] = [];
  private running = false;

  constructor(
    private readonly gateway: Gateway,
    private readonly onChange: (uploads: readonly Upload[]) => void,
    private readonly onUploaded: (upload: Upload, attachment_id: string) => void,
  ) {}

  add(picture: Pick<Upload, 'client_id' | 'file' | 'name' | 'caption'>): void {
    const preview = URL.createObjectURL(picture.file);
    this.show([...this.uploads, { ...picture, preview, state: 'waiting', error: '', retryable: true }]);
  }

  /** Uploads what waits. */
  async run(access: Access): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (;;) {
        const upload = this.uploads.find(({ state }) => state === 'waiting');
        if (!upload) return;
        await this.upload(upload, access);
      }
    } finally {
      this.running = false;
    }
  }

  /** Marks a failed upload as waiting; returns whether there is one with this id. */
  retry(client_id: string): boolean {
    const failed = this.uploads.some((upload) => upload.client_id === client_id && upload.state === 'failed');
    if (failed) this.change(client_id, { state: 'waiting', error: '' });
    return failed;
  }

  /** The messages with these pictures have arrived. */
  sent(clientIds: ReadonlySet<string>): void {
    for (const { client_id } of this.uploads) if (clientIds.has(client_id)) this.remove(client_id);
  }

  remove(client_id: string): void {
    const upload = this.uploads.find((candidate) => candidate.client_id === client_id);
    if (!upload) return;
    URL.revokeObjectURL(upload.preview);
    this.show(this.uploads.filter((candidate) => candidate !== upload));
  }

  clear(): void {
    for (const { client_id } of this.uploads) this.remove(client_id);
  }

  private async upload(upload: Upload, access: Access): Promise<void> {
    try {
      const { id } = await this.gateway.upload(access, upload.file, upload.name);
      // Given up meanwhile.
      if (!this.uploads.some(({ client_id }) => client_id === upload.client_id)) return;
      this.change(upload.client_id, { state: 'sent' });
      this.onUploaded(upload, id);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { code, message } = error.error;
      this.change(upload.client_id, { state: 'failed', error: message, retryable: !NO_RETRY.includes(code) });
    }
  }

  private change(client_id: string, changes: Partial<Upload>): void {
    this.show(this.uploads.map((upload) => (upload.client_id === client_id ? { ...upload, ...changes } : upload)));
  }

  private show(uploads: readonly Upload[]): void {
    this.uploads = uploads;
    this.onChange(uploads);
  }
}
