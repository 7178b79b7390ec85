import type { BrowserContext, Page } from '@playwright/test';

/** Told by every page as a console error, so that it is seen wherever console errors are. */
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('Policy: ' + event.effectiveDirective + ' forbids ' + event.blockedURI));`;

/** Everything that must not happen in a page: errors, and violations of its policy. */
export class Problems {
  readonly list: string[] = [];
  #away = false;

  async watchContext(context: BrowserContext): Promise<void> {
    await context.addInitScript({ content: reportViolations });
  }

  watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#add(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#add(`thrown: ${error.stack ?? error.message}`));
    page.on('crash', () => this.#add('the page crashed'));
  }

  /** From here on the host is gone. */
  stayAway(): void {
    this.#away = true;
  }

  /** A page whose host is gone says so; that is no problem. */
  async whileAway(work: () => Promise<void>): Promise<void> {
    this.#away = true;
    try {
      await work();
    } finally {
      this.#away = false;
    }
  }

  #add(problem: string): void {
    if (!this.#away) this.list.push(problem);
  }
}
