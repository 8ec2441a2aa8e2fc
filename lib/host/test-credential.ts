import type { AdapterModule } from '../adapters/adapter';
import { requireCapability } from '../adapters/capability';
import { integrations } from '../adapters/registry';
import { CrosslinkError } from '../errors';
import { readValueFiles } from '../tenants/value-files';
import { withoutFilter } from './egress';
import { missingFields, pickConnectionValues, withFieldDefaults } from '../tenants/connection-values';

/**
 * Logs in with the values of one credential and says what answered; for integrations with `testsCredential`, whose adapters
 * make no HTTP calls.
 * @throws CrosslinkError of the adapter, or `connection_incomplete`
 */
export async function testIntegrationCredential(
	type: string,
	data: Readonly<Record<string, unknown>>,
): Promise<string> {
	const entry = integrations.find((one) => one.credentialType === type && one.testsCredential === true);
	if (entry === undefined) throw untestable(type);
	// A credential does not know in which mode it will be used: it works where it works in one of them.
	let refused: unknown = untestable(type);
	for (const mode of entry.modes) {
		try {
			return await testIn(await entry.load(mode), data);
		} catch (thrown) {
			if (mode === entry.modes[0]) refused = thrown;
			if (!(thrown instanceof CrosslinkError) || thrown.code !== 'connection_value_invalid') throw thrown;
		}
	}
	throw refused;
}

async function testIn(module: AdapterModule, data: Readonly<Record<string, unknown>>): Promise<string> {
	const values = pickConnectionValues(module, data);
	const [missing] = missingFields(module, values);
	if (missing !== undefined) {
		throw new CrosslinkError({
			class: 'auth',
			code: 'connection_incomplete',
			message: `"${missing.displayName}" is missing.`,
			remedy: 'Fill it in.',
		});
	}
	const complete = withFieldDefaults(module, values);
	const connection = await readValueFiles(module, complete, 'credential', process.env);
	const transport = { calls: 0, request: async () => await Promise.reject(untestable(module.displayName)) };
	const adapter = module.create({ connection, transport, egress: withoutFilter(process.env) });
	const { message } = await requireCapability(module.integration, adapter, 'test')();
	return [message, ...(module.caveats?.(connection) ?? [])].join(' ');
}

function untestable(of: string): CrosslinkError {
	return new CrosslinkError({
		class: 'bug',
		code: 'credential_untestable',
		message: `A credential of ${of} cannot be tried out this way.`,
		remedy: 'Use Integration → Test.',
	});
}
