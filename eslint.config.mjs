import js from '@eslint/js';
import communityNodes from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

/**
 * The only place where n8n's own rules are off. Each needs a pack without runtime dependencies, which this one cannot be:
 * it opens a database (typeorm, pg) and speaks to vendors through their own typed clients.
 */
const NOT_FOR_PACKS_WITH_DEPENDENCIES = {
	'@n8n/community-nodes/no-runtime-dependencies': 'off',
};

/**
 * Rules of eslint-plugin-n8n-nodes-base that newer rules of @n8n/eslint-plugin-community-nodes contradict.
 */
const SUPERSEDED = {
	// Wants camel-cased slugs of n8n's own documentation; packs give a full URL (credential-documentation-url).
	'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
	// Read the literal 'main'; packs use NodeConnectionTypes (node-connection-type-literal).
	'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
	'n8n-nodes-base/node-class-description-inputs-wrong-trigger-node': 'off',
	'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
	// Crashes on the spread by which both nodes take one credential slot per integration from the registry.
	'n8n-nodes-base/node-class-description-credentials-name-unsuffixed': 'off',
};

/** Knows secrets by the names of their fields only: not an encryption key, nor a URL with a password in it. */
const JUDGES_BY_NAME = { '@n8n/community-nodes/credential-unnecessary-password': 'off' };

/** Looks for literals in the nodes; their slots come from the registry. test/unit/package holds each credential to a test. */
const SEES_NO_REGISTRY = { '@n8n/community-nodes/credential-test-required': 'off' };

/** Calls leave the house through lib/transport only: budget, deadline, cancel signal and redaction live there. */
const NETWORK = {
	group: ['axios', 'undici', 'got', 'node-fetch', 'node:http', 'node:https', 'http', 'https'],
	message: 'Call through lib/transport: it holds the budget, the deadline and the cancel signal.',
};
const NODES = {
	group: ['**/nodes/**', '**/credentials/**'],
	message: 'Arrows run one way: nodes use lib, lib never uses nodes.',
};
const N8N = {
	group: ['n8n-workflow', 'n8n-core'],
	message: 'Only lib/host knows n8n; take what you need as a parameter.',
};
const STORE = { group: ['**/store/**'], message: 'Neither an adapter nor the transport touches the store.' };
const TRANSPORT = { group: ['**/transport/**'], message: 'The sync core never touches the network.' };
const SANDBOX = {
	group: ['**/sandbox/**', '**/test/**', '**/quickstart/**'],
	message: 'This is not shipped with the pack.',
};

/** One rule entry per folder: flat config replaces a rule's options, it does not add them up. */
function arrows(files, patterns, ignores = []) {
	return {
		files,
		ignores,
		rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
	};
}

const SHIPPED = ['nodes/**/*.ts', 'credentials/**/*.ts', 'lib/**/*.ts'];

export default tseslint.config(
	{ ignores: ['dist/**', 'coverage/**', '.quickstart/**', 'node_modules/**'] },
	{
		files: ['**/*.ts'],
		extends: [js.configs.recommended, tseslint.configs.strict],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		rules: {
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/consistent-type-imports': [
				'error',
				{ fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
			],
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
			'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
			'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' }],
			eqeqeq: 'error',
			// Control characters from outside are looked for on purpose, in a dozen places.
			'no-control-regex': 'off',
			'prefer-const': 'error',
		},
	},

	{
		files: SHIPPED,
		ignores: ['lib/transport/**', 'lib/host/**'],
		rules: {
			'no-restricted-globals': ['error', { name: 'fetch', message: NETWORK.message }],
		},
	},
	{ files: SHIPPED, rules: { 'no-console': 'error' } },
	arrows(['nodes/**/*.ts', 'credentials/**/*.ts'], [NETWORK, SANDBOX]),
	arrows(
		['lib/**/*.ts'],
		[NODES, N8N, NETWORK, SANDBOX],
		['lib/host/**', 'lib/transport/**', 'lib/adapters/**', 'lib/sync/**'],
	),
	arrows(['lib/host/**/*.ts', 'lib/transport/**/*.ts'], [NODES, SANDBOX]),
	arrows(['lib/transport/**/*.ts'], [NODES, N8N, STORE, SANDBOX]),
	arrows(['lib/adapters/**/*.ts'], [NODES, N8N, NETWORK, STORE, SANDBOX]),
	arrows(['lib/sync/**/*.ts'], [NODES, N8N, NETWORK, TRANSPORT, SANDBOX]),

	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		plugins: { '@n8n/community-nodes': communityNodes },
		rules: communityNodes.configs.recommendedWithoutN8nCloudSupport.rules,
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: n8nNodesBase.configs.nodes.rules,
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: n8nNodesBase.configs.credentials.rules,
	},
	{ files: ['nodes/**/*.ts', 'credentials/**/*.ts'], rules: { ...SUPERSEDED, ...JUDGES_BY_NAME, ...SEES_NO_REGISTRY } },
	{
		files: ['package.json'],
		plugins: { '@n8n/community-nodes': communityNodes, 'n8n-nodes-base': n8nNodesBase },
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: {
			...communityNodes.configs.recommendedWithoutN8nCloudSupport.rules,
			...NOT_FOR_PACKS_WITH_DEPENDENCIES,
		},
	},
);
