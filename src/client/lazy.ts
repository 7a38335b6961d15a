/**
 * What a client can do beyond plain calls. Loaded as one piece when any of it is first needed, so that programs which only
 * call tools do not wait for it. Nothing that this room loads at once may import it.
 */
export { equip } from './equipment.js';
export { other, strange } from './fallback.js';
export { identityOf } from './identity.js';
export { list } from './lists.js';
export { listen } from './listen.js';
export { notify } from './notify.js';
export { checkOutput } from './output.js';
export { complete, fit, getPrompt, readResource } from './reads.js';
export { recover } from './recover.js';
export { redirected } from './redirect.js';
export { finish } from './rounds.js';
export { stream } from './stream.js';
