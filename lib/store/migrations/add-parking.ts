import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from './dialect-of';

/** Connections whose login was refused: nothing is called over them until a person acts. */
export class AddParking1795679200000 implements MigrationInterface {
	async up(runner: QueryRunner): Promise<void> {
		const { table, types, tableOptions } = dialectOf(runner);
		await runner.query(`
			CREATE TABLE ${table('parked_connection')} (
				tenant ${types.id} NOT NULL,
				integration ${types.id} NOT NULL,
				source ${types.id} NOT NULL,
				fingerprint text NOT NULL,
				code text NOT NULL,
				message text NOT NULL,
				remedy text NOT NULL,
				since ${types.time} NOT NULL,
				PRIMARY KEY (tenant, integration, source)
			) ${tableOptions}`);
	}

	async down(runner: QueryRunner): Promise<void> {
		await runner.query(`DROP TABLE ${dialectOf(runner).table('parked_connection')}`);
	}
}
