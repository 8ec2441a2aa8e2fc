import type { Adapter, AdapterContext, AdapterModule, Mode } from '../adapter';
import { CrosslinkError } from '../../errors';
import { createRedact } from '../../transport/redact';
import { changesSince } from './changes';
import type { CommandHandler } from './commands/handler';
import { accountKey, CONNECTION_FIELDS, readConnection, secretsOf } from './connection';
import { describe } from './describe';
import { COMMANDS, commandOf, QUERIES, queryOf } from './handlers';
import { INDEXING_DELAY_MS, LIMITS, READ_BATCH } from './limits';
import { ENTITIES, REFERENCE_FIELD } from './mapping';
import { match, read } from './read';
import { SapServices } from './services';
import { testConnection } from './test-connection';

/** SAP S/4HANA over its published OData services; in a customer's own network also over web services for function modules. */
export const sap: Record<Mode, AdapterModule> = {
	cloud: moduleOf('cloud', COMMANDS.cloud),
	onprem: moduleOf('onprem', COMMANDS.onprem),
};

function moduleOf(mode: Mode, handlers: readonly CommandHandler[]): AdapterModule {
	return {
		integration: 'sap',
		displayName: 'SAP',
		mode,
		entities: ENTITIES,
		keyField: REFERENCE_FIELD,
		promises: {
			// Nothing is written by sync: an ERP's records are made by commands, which happen once.
			batchSize: { read: READ_BATCH, upsert: 1, associate: 1 },
			upsertByKey: false,
			sortedCursor: true,
			timestampResolutionMs: 1,
			indexingDelayMs: INDEXING_DELAY_MS,
			normalisesValues: true,
			partialBatchFailure: false,
			merges: false,
			clearsFields: false,
		},
		connectionFields: CONNECTION_FIELDS,
		commands: handlers.map(({ description }) => description),
		queries: QUERIES.map(({ description }) => description),
		limits: LIMITS,
		accountKey,
		create: (context) => create(context, mode, handlers),
	};
}

function create({ connection, transport }: AdapterContext, mode: Mode, handlers: readonly CommandHandler[]): Adapter {
	let opened: SapServices | undefined;
	/** The connection is checked at the first call, so that its faults are faults of that call. */
	const services = (): SapServices => {
		if (opened) return opened;
		const values = readConnection(connection, mode);
		return (opened = new SapServices(transport, values, createRedact(secretsOf(values))));
	};
	const handlerOf = (command: string) => commandOf(handlers, command);
	return {
		describe: async (object) => await describe(services(), object),
		read: async (binding, externalIds, fields) => await read(services(), binding, externalIds, fields),
		match: async (binding, keyField, wanted, fields) => await match(services(), binding, keyField, wanted, fields),
		changesSince: async (binding, cursor, fields) => await changesSince(services(), binding, cursor, fields),
		test: async (bindings) => await testConnection(services(), bindings),
		execute: async (request) => await handlerOf(request.command).execute(services(), request),
		findCommand: async (request) => await handlerOf(request.command).find(services(), request),
		compensate: async (request) => {
			const { compensate } = handlerOf(request.command);
			if (!compensate) throw nothingUndoes(request.command);
			return await compensate(services(), request);
		},
		findCompensation: async (request) => {
			const { findCompensation } = handlerOf(request.command);
			if (!findCompensation) throw nothingUndoes(request.command);
			return await findCompensation(services(), request);
		},
		query: async (request) => await queryOf(request.query).run(services(), request),
	};
}

function nothingUndoes(command: string): CrosslinkError {
	return new CrosslinkError({
		class: 'rejected',
		code: 'compensation_impossible',
		message: `Nothing undoes the SAP command "${command}".`,
		remedy: 'A person decides in SAP.',
	});
}
