/** The tests that docs/testing.md shows: the files register them. */
await import('../../examples/docs/mocked.ts');
await import('../../examples/docs/testing.ts');

export {};
