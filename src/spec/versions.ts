/** The protocol revision that the core of this package speaks. */
const LATEST_VERSION = '2026-07-28';

/** Revisions that carry version, identity and capabilities in every request. */
export const MODERN_VERSIONS: readonly string[] = [LATEST_VERSION];

/** Revisions that open with an `initialize` handshake, newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
