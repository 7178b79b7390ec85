/** The writer's folder: its tree, its names, search in it. */
export { Arrivals } from './arrivals.ts';
export { KnownFolders } from './known-folders.ts';
export { Library } from './library.ts';
export { checkedName, freeNames, isDocument, titleOf } from './names.ts';
export { forPeople, Places } from './places.ts';
export { searchLibrary } from './search.ts';
export { manuscriptTexts } from './text-of.ts';
export { manuscriptsOf } from './tree.ts';
export { WordCounts, wordsSchema } from './words.ts';
