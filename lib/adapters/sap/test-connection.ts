import type { EntityBinding, TestResult } from '../adapter';
import { CrosslinkError } from '../../errors';
import { objectOf } from './objects';
import type { SapServices } from './services';

/** What each service is for, for a person who has to activate it. */
const WHAT_FOR = [
	{ object: 'A_SalesOrder', scenario: 'SAP_COM_0109' },
	{ object: 'A_BusinessPartner', scenario: 'SAP_COM_0008' },
	{ object: 'A_BillingDocument', scenario: 'SAP_COM_0120' },
];

/**
 * Reads one number of each object. A service that is not there or not allowed is named, and is an error only when the
 * mapping needs it, or when none is left.
 */
export async function testConnection(sap: SapServices, bindings: EntityBinding[] = []): Promise<TestResult> {
	const reached: string[] = [];
	const missing: string[] = [];
	let first: CrosslinkError | undefined;
	for (const { object: name, scenario } of WHAT_FOR) {
		const object = objectOf(name);
		try {
			const purpose = `read one record of ${name}`;
			await sap.service(object.service).page(name, ['$top=1', `$select=${object.key}`], purpose);
			reached.push(object.service);
		} catch (thrown) {
			if (!(thrown instanceof CrosslinkError) || !isMissing(thrown)) throw thrown;
			if (bindings.some((binding) => binding.object === name)) throw thrown;
			first ??= thrown;
			missing.push(`${object.service} (${scenario})`);
		}
	}
	if (reached.length === 0 && first) throw first;
	const { baseUrl, sapClient } = sap.connection;
	const accountId = `${new URL(baseUrl).host}${sapClient && `/${sapClient}`}`;
	const lacking = missing.length === 0 ? '' : ` Not available to this user: ${missing.join(', ')}.`;
	return { accountId, message: `Connected to SAP at ${accountId}; can read ${reached.join(', ')}.${lacking}` };
}

function isMissing({ code }: CrosslinkError): boolean {
	return code === 'service_missing' || code === 'not_found' || code === 'permission_missing';
}
