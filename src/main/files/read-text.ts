export { decodeText, type Decoded } from '../formats/decode-text.ts';
