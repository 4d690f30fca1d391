/** Where the widget stands in the page: in the top layer, and within a modal dialog while one is open, as all else is inert. */

export class Place {
  private observer = new MutationObserver(() => this.follow());

  constructor(private readonly element: HTMLElement) {
    this.take();
  }

  /** Puts the element on the page, unless it is there. */
  take(): void {
    if (!this.element.isConnected) this.put(this.wanted());
  }

  leave(): void {
    this.observer.disconnect();
    this.element.remove();
  }

  /** Follows dialogs that open and close. What the page has taken out itself stays out. */
  private follow(): void {
    const { element } = this;
    const wanted = this.wanted();
    if (element.parentNode && (element.parentNode !== wanted || !element.isConnected)) this.put(wanted);
  }

  private wanted(): Element {
    try {
      return [...document.querySelectorAll('dialog:modal')].pop() ?? document.documentElement;
    } catch {
      // A browser before `:modal`.
      return document.documentElement;
    }
  }

  private put(parent: Element): void {
    const { element } = this;
    const html = document.documentElement;
    // Beside the body: where a site moves or scales its body, what lies fixed in it would move along.
    parent.append(element);
    // Above every z-index.
    element.setAttribute('popover', 'manual');
    try {
      element.showPopover();
    } catch {
      // A browser without, or a page that is just going.
    }
    // A dialog may be removed while it is open.
    this.observer.observe(html, {
      attributeFilter: ['open'],
      subtree: true,
      childList: parent !== html,
    });
  }
}
