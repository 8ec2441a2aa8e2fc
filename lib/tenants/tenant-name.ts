import { CrosslinkError } from '../errors';
import { hasControlCharacters } from './plain-json';

/** The tenant of a site that has only one; the only one that needs no row of its own. */
export const DEFAULT_TENANT = 'default';

/** Stands for all tenants where an integration's settings are kept; never a tenant itself. */
export const ALL_TENANTS = '*';

const MAX_TENANT_CHARACTERS = 128;

/** Gives the name back, or throws `rejected`, `tenant_invalid`. Names are compared exactly, capitals and accents included. */
export function checkTenant(tenant: unknown): string {
	if (typeof tenant !== 'string') throw invalid('is not text', 'Give the name of the tenant as text.');
	if (tenant === '') throw invalid('is empty', `Give the name of the tenant, or "${DEFAULT_TENANT}".`);
	if (tenant.length > MAX_TENANT_CHARACTERS) {
		throw invalid(`is longer than ${MAX_TENANT_CHARACTERS} characters`, 'Use a shorter name or an id.');
	}
	if (hasControlCharacters(tenant) || /\p{Surrogate}/u.test(tenant)) {
		throw invalid('holds control characters or broken Unicode', 'Use printable characters only.');
	}
	if (tenant !== tenant.trim()) throw invalid('starts or ends with a space', 'Take the space out, e.g. with .trim().');
	if (tenant === ALL_TENANTS) {
		throw invalid(`is "${ALL_TENANTS}", which stands for all tenants`, 'Name one tenant.');
	}
	return tenant;
}

function invalid(reason: string, remedy: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'tenant_invalid',
		message: `The name of the tenant ${reason}.`,
		remedy,
	});
}
