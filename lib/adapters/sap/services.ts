import { ODataClient, type Authorization } from '../../odata/client';
import { protocolV2 } from '../../odata/protocol';
import { SessionPool, type Session } from '../../odata/session';
import type { Redact } from '../../transport/redact';
import type { Transport } from '../../transport/transport';
import { authorizationOf } from './authorization';
import type { SapConnection } from './connection';
import { classifyAnswer } from './errors';
import type { ServiceName } from './objects';

const sessions = new SessionPool();

/** Every service of one connection, over one session: SAP's CSRF token and cookies count for all of them. */
export class SapServices {
	readonly session: Session;
	readonly authorization: Authorization;
	private readonly clients = new Map<ServiceName, ODataClient>();

	constructor(
		readonly transport: Transport,
		readonly connection: SapConnection,
		readonly redact: Redact,
	) {
		this.session = sessions.get(connection.key);
		this.authorization = authorizationOf(connection, transport, redact);
	}

	service(name: ServiceName): ODataClient {
		const held = this.clients.get(name);
		if (held) return held;
		const client = new ODataClient(
			this.transport,
			{
				root: `${this.connection.baseUrl}/sap/opu/odata/sap/${name}`,
				protocol: protocolV2,
				fixedQuery: this.fixedQuery,
				vendor: 'SAP',
				budget: 'general',
				classify: (purpose, answer) => classifyAnswer(purpose, answer, this.redact),
			},
			this.session,
			this.authorization,
		);
		this.clients.set(name, client);
		return client;
	}

	/** Which of the system's clients is meant, and in which language it answers. */
	get fixedQuery(): Record<string, string> {
		const { sapClient, sapLanguage } = this.connection;
		return {
			...(sapClient && { 'sap-client': sapClient }),
			...(sapLanguage && { 'sap-language': sapLanguage }),
		};
	}
}
