"""What runs: settings, web, worker, schedule, commands, migrations. Knows everybody; nobody imports it."""
