// For tap: a test that is TypeScript runs by tsx, and one that `npm test` has compiled as it is.
if (process.argv[1]?.endsWith('.ts')) await import('tsx')
