export { createSuggestions, type Suggestions, type SuggestionsOptions } from './suggestions.ts';
