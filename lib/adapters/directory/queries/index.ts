import { CrosslinkError } from '../../../errors';
import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryDescription, QueryRequest } from '../../query';
import type { Directory } from '../directory';
import { CHECK_LOGIN, checkLogin } from './check-login';
import { FIND_USER, findUser } from './find-user';
import { GROUPS_OF_USER, groupsOfUser } from './groups-of-user';
import { MEMBERS_OF_GROUP, membersOfGroup } from './members-of-group';

type Ask = (directory: Directory, parameters: Fields) => Promise<QueryAnswer>;

const KNOWN: ReadonlyArray<readonly [QueryDescription, Ask]> = [
	[FIND_USER, findUser],
	[GROUPS_OF_USER, groupsOfUser],
	[MEMBERS_OF_GROUP, membersOfGroup],
	[CHECK_LOGIN, checkLogin],
];

export const QUERIES: QueryDescription[] = KNOWN.map(([description]) => description);

/** @throws CrosslinkError `rejected`: `query_unknown`, `parameter_invalid`, and what the question itself finds at fault */
export async function query(directory: Directory, request: QueryRequest): Promise<QueryAnswer> {
	const ask = KNOWN.find(([description]) => description.query === request.query)?.[1];
	if (ask !== undefined) return await ask(directory, request.parameters);
	throw new CrosslinkError({
		class: 'rejected',
		code: 'query_unknown',
		message: `The directory knows no query "${request.query.slice(0, 100)}".`,
		remedy: `Choose one of: ${QUERIES.map((one) => one.query).join(', ')}.`,
	});
}
