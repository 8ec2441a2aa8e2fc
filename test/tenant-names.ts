import fc from 'fast-check';
import { checkTenant } from '../lib/tenants/tenant-name';

/** Names that have broken other systems: quotes, wildcards, look-alikes, another's beginning, another order of characters. */
const NASTY = [
	'a',
	'A',
	'ab',
	'ä',
	'a\u0308',
	"a' OR '1'='1",
	"'; DROP TABLE integration_config; --",
	'%',
	'_',
	'a%',
	'\\',
	'"',
	'$1',
	'?',
	'null',
	'default',
	'crosslink',
	'hubspot',
	'a:b',
	'["a","hubspot"]',
	'{{ $json.tenant }}',
	'__proto__',
	'constructor',
	'İ',
	'ß',
	'ss',
	'🙂',
	'\u202Etenant',
	'a b',
	'a  b',
	'x'.repeat(128),
	'x'.repeat(127),
	'../a',
	'**',
	'0',
];

const isTenant = (name: string): boolean => {
	try {
		checkTenant(name);
		return true;
	} catch {
		return false;
	}
};

/** A few tenants at once, so that they meet; whatever the library takes for a name. */
export const tenantNames = (count: { minLength: number; maxLength: number }): fc.Arbitrary<string[]> =>
	fc.uniqueArray(
		fc.oneof(
			{ weight: 3, arbitrary: fc.constantFrom(...NASTY) },
			{ weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter(isTenant) },
		),
		count,
	);

/** Put into everything a tenant stores, so that it is known wherever it shows up. */
export const markOf = (tenant: string): string => `mark:${Buffer.from(tenant, 'utf8').toString('hex')}:`;

/** Marks of other tenants in an answer, and other tenants named in it. */
export function strangersIn(answer: unknown, tenant: string): string[] {
	const text = JSON.stringify(answer instanceof Map ? [...answer] : answer) ?? '';
	const marks = text.match(/mark:[0-9a-f]*:/g) ?? [];
	return [...marks.filter((mark) => mark !== markOf(tenant)), ...otherTenants(answer, tenant)];
}

function otherTenants(value: unknown, tenant: string): string[] {
	if (value instanceof Map) return otherTenants([...value], tenant);
	if (typeof value !== 'object' || value === null || value instanceof Date) return [];
	return Object.entries(value).flatMap(([key, one]) =>
		key === 'tenant' && typeof one === 'string' && one !== tenant ? [one] : otherTenants(one, tenant),
	);
}
