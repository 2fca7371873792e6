export { openByHand as open } from './ours.mjs';
