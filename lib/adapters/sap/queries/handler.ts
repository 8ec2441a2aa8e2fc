import type { QueryAnswer, QueryDescription, QueryRequest } from '../../query';
import type { SapServices } from '../services';

/** One query: how it is shown and answered. */
export interface QueryHandler {
	description: QueryDescription;
	run(sap: SapServices, request: QueryRequest): Promise<QueryAnswer>;
}
