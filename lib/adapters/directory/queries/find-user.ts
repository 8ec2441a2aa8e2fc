import type { Fields } from '../../adapter';
import type { QueryAnswer, QueryDescription } from '../../query';
import type { Directory } from '../directory';
import { checkAttribute } from '../filter';
import { ATTRIBUTES, namesParameter } from './parameters';
import { attributesOfRows, userRow } from './rows';
import { findSubjects, readSubject, subjectParameters } from './subject';

export const FIND_USER: QueryDescription = {
	query: 'findUser',
	displayName: 'Find User',
	description: 'Who has this login name, email address, ID or attribute; no row = nobody',
	parameters: [...subjectParameters('user'), ATTRIBUTES],
	sensitive: true,
};

export async function findUser(directory: Directory, parameters: Fields): Promise<QueryAnswer> {
	const subject = readSubject(parameters);
	const further = namesParameter(parameters, 'attributes').map(checkAttribute);
	return await directory.work('find a user', async (reach) => {
		const entries = await findSubjects(reach, 'user', subject, attributesOfRows(reach.profile, further));
		return { rows: entries.map((entry) => userRow(reach.profile, entry, further)) };
	});
}
