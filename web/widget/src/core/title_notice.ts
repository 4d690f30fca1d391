/** Tells in the title of a page in the background that something has come. */

/** Puts a notice before the page's title, and takes it away again. */
export class TitleNotice {
  private shown: string | null = null;
  private before = '';

  constructor(private readonly page: { title: string } = document) {}

  /** Null shows none. A title that the page has changed meanwhile stays the page's. */
  show(notice: string | null): void {
    const { page } = this;
    if (this.shown !== null && page.title === this.shown) page.title = this.before;
    this.shown = null;
    if (notice === null) return;
    this.before = page.title;
    this.shown = page.title = `${notice} ${page.title}`.trim();
  }
}
