/** Who checks the spelling, in the language that is set. */
export type Spelling =
  /** The browser that shows the page, in the languages that are set in it; it does not tell which. */
  | { readonly kind: 'browser' }
  /** macOS, which sees by itself what language a text is in. */
  | { readonly kind: 'mac' }
  /** Windows, if the languages are installed in it; it does not tell. */
  | { readonly kind: 'windows'; readonly languages: readonly string[] }
  /** A dictionary that is here. */
  | { readonly kind: 'dictionary'; readonly languages: readonly string[] }
  /** No one: `file` put into `folder` would change it. Null where no file would. */
  | {
      readonly kind: 'none';
      readonly language: string;
      readonly file: string | null;
      readonly folder: string;
      /** Those that would be checked. */
      readonly others: readonly string[];
    };
