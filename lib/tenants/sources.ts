import type { ConnectionValues } from '../adapters/adapter';
import { asCrosslinkError, CrosslinkError } from '../errors';
import type { ConnectionSource } from './connected';
import {
	completeness,
	missingFields,
	pickConnectionValues,
	placesFor,
	requiredFields,
	withFieldDefaults,
	type Completeness,
} from './connection-values';
import { findKeyRing, type Effective, type IntegrationAccess } from './effective';
import { readConnectionValues, variableName } from './environment';
import { openConnection } from './sealed-row';
import { DEFAULT_TENANT } from './tenant-name';

/** The order in which `auto` looks. */
export const SOURCES: readonly ConnectionSource[] = ['environment', 'tenant', 'credential'];

/** What one source holds. */
export interface SourceState {
	source: ConnectionSource;
	/** `closed`: this tenant may not use it. `unreadable`: something is there, but `error` keeps it from being read. */
	state: Completeness | 'closed' | 'unreadable';
	values: ConnectionValues;
	error?: CrosslinkError;
}

/** A connection that is complete. */
export interface Resolved {
	source: ConnectionSource;
	/** Defaults filled in, files read. */
	values: ConnectionValues;
}

/**
 * The connection in force: the first source that holds anything, or the one asked for.
 * A source that holds half a connection, or one that cannot be opened, is an error and never skipped: going on with the next
 * one would write into somebody else's account.
 * Throws `auth`: `connection_missing`, `connection_incomplete`, or what kept the source from being read.
 */
export async function resolveConnection(access: IntegrationAccess, effective: Effective): Promise<Resolved> {
	const choices = access.connection === 'auto' ? SOURCES : [access.connection];
	for (const source of choices) {
		const found = await lookAt(source, access, effective);
		if (found.error !== undefined) throw found.error;
		if (found.state === 'complete') {
			const complete = withFieldDefaults(effective.module, found.values);
			const { readValueFiles } = await import('./value-files');
			return { source, values: await readValueFiles(effective.module, complete, source, access.environment) };
		}
		if (found.state === 'incomplete') throw incomplete(effective, found);
		if (found.state === 'closed' && access.connection === source) throw notEnabled(effective);
	}
	throw missing(access, effective);
}

/** What one source holds; reading faults come back as `unreadable`, so that a report can show them beside the others. */
export async function lookAt(
	source: ConnectionSource,
	access: IntegrationAccess,
	effective: Effective,
): Promise<SourceState> {
	// The environment belongs to the site: a tenant nobody has enabled must not reach the site's account by name alone.
	if (source === 'environment' && effective.row === undefined && effective.tenant !== DEFAULT_TENANT) {
		return { source, state: 'closed', values: {} };
	}
	try {
		const values = pickConnectionValues(effective.module, (await read(source, access, effective)) ?? {});
		return { source, state: completeness(effective.module, values), values };
	} catch (thrown) {
		return { source, state: 'unreadable', values: {}, error: asCrosslinkError(thrown) };
	}
}

async function read(
	source: ConnectionSource,
	access: IntegrationAccess,
	effective: Effective,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	const { module, row } = effective;
	switch (source) {
		case 'environment':
			return await readConnectionValues(access.environment, module.integration, module.connectionFields);
		case 'tenant':
			if (row === undefined || row.credentials === null) return undefined;
			return openConnection(await findKeyRing(access), row);
		case 'credential':
			return await access.credential?.();
	}
}

/** The integration was never enabled for this tenant. */
export function notEnabled(effective: Effective): CrosslinkError {
	const { tenant, entry, module } = effective;
	const variables = requiredFields(module).map((field) => variableName(entry.integration, field.name));
	const byEnvironment =
		tenant === DEFAULT_TENANT && variables.length > 0
			? ` A site with one tenant may set ${variables.join(' and ')} in the environment instead.`
			: '';
	return new CrosslinkError({
		class: 'rejected',
		code: 'integration_not_enabled',
		message: `The integration ${entry.integration} is not enabled for tenant "${tenant}".`,
		remedy: `Run Integration → Enable first.${byEnvironment}`,
	});
}

const WHERE: Record<ConnectionSource, string> = {
	environment: 'the environment',
	tenant: 'the configuration of the tenant',
	credential: 'the credential',
};

function incomplete(effective: Effective, found: SourceState): CrosslinkError {
	const fields = missingFields(effective.module, found.values);
	const names = fields.map((field) => `"${field.name}"`).join(' and ');
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_incomplete',
		message:
			`The connection to ${effective.entry.displayName} for tenant "${effective.tenant}" comes from ` +
			`${WHERE[found.source]}, but ${names} ${fields.length === 1 ? 'is' : 'are'} missing there.`,
		remedy: `${placesFor(effective.module, fields)} All values of a connection come from the same place.`,
	});
}

function missing(access: IntegrationAccess, effective: Effective): CrosslinkError {
	const where =
		access.connection === 'auto'
			? 'neither the environment nor the configuration of the tenant nor a credential holds one'
			: `${WHERE[access.connection]} holds none`;
	return new CrosslinkError({
		class: 'auth',
		code: 'connection_missing',
		message: `There is no connection to ${effective.entry.displayName} for tenant "${effective.tenant}": ${where}.`,
		remedy:
			placesFor(effective.module, neededFields(effective)) +
			(access.connection === 'auto' ? '' : ' Then choose that place, or "auto", under Connection.'),
	});
}

function neededFields(effective: Effective): Effective['module']['connectionFields'] {
	const required = requiredFields(effective.module);
	return required.length > 0 ? required : effective.module.connectionFields;
}
