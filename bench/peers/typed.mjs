export { openTyped as open } from './ours.mjs';
