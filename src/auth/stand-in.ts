import type { GuardedFetch } from './types.js';
export const guardedFetch = (_: { server: URL; allowPrivateHosts?: readonly string[] | undefined }): GuardedFetch => (url, init) => fetch(url, { ...init, redirect: 'manual' });
