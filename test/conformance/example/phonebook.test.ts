import { conformance } from '../kit';
import { startPhonebook } from './harness';
import { phonebook } from './phonebook';

conformance('the phonebook of docs/writing-an-adapter.md', phonebook, startPhonebook, {
	without: { associations: 'the phonebook has only contacts, and nothing to associate them with' },
});
