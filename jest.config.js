const { availableParallelism } = require('node:os');

/** One project per kind of test: `npx jest --selectProjects unit` runs in seconds. */
const transform = {
	'^.+\\.tsx?$': [
		'@swc/jest',
		{ jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
	],
};
const project = (displayName, testMatch, more = {}) => ({
	displayName,
	testEnvironment: 'node',
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	testMatch: testMatch.map((pattern) => `<rootDir>/test/${pattern}`),
	transform,
	...more,
});

module.exports = {
	projects: [
		project('unit', ['unit/**/*.test.ts']),
		project('store', ['store/**/*.test.ts']),
		project('commands', ['commands/**/*.test.ts']),
		project('sync', ['sync/**/*.test.ts']),
		project('simulator', ['simulator/**/*.test.ts']),
		project('crash', ['crash/**/*.test.ts']),
		project('sandbox', ['sandbox/**/*.test.ts']),
		project('conformance', ['conformance/**/*.test.ts']),
		project('engine', ['engine/**/*.test.ts'], {
			globalSetup: '<rootDir>/test/engine/build-pack.ts',
			// The compiled copy of package.json is not a second package.
			modulePathIgnorePatterns: ['<rootDir>/dist/package.json'],
		}),
		project('e2e', ['e2e/**/*.test.ts'], { globalSetup: '<rootDir>/test/engine/build-pack.ts' }),
	],
	testTimeout: 60_000,
	// Most tests wait for servers: on two cores, too, two at a time take little more than half the time of one.
	maxWorkers: Math.max(2, availableParallelism() - 1),
};
