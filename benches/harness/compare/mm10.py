"""M/M/10 at a load of 0.8 in SimPy and in Ciw: requests per processor second.

    python3 -m venv /tmp/simulators && /tmp/simulators/bin/pip install simpy ciw
    /tmp/simulators/bin/python queue.py simpy|ciw [REQUESTS]
"""

import random
import sys
import time


def with_simpy(requests):
    import simpy

    rng = random.Random(1)
    environment = simpy.Environment()
    servers = simpy.Resource(environment, capacity=10)
    waits = []

    def request():
        arrived = environment.now
        with servers.request() as place:
            yield place
            waits.append(environment.now - arrived)
            yield environment.timeout(rng.expovariate(1.0))

    def arrivals():
        for _ in range(requests):
            yield environment.timeout(rng.expovariate(8.0))
            environment.process(request())

    environment.process(arrivals())
    environment.run()
    return sum(waits) / len(waits)


def with_ciw(requests):
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(8.0)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[10],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(requests)
    records = simulation.get_all_records()
    return sum(record.waiting_time for record in records) / len(records)


def main():
    name = sys.argv[1]
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    before = time.process_time()
    wait = {"simpy": with_simpy, "ciw": with_ciw}[name](requests)
    spent = time.process_time() - before
    print(f"{name}: {requests} requests, mean wait {wait:.4f}, {requests / spent:,.0f} requests per CPU second")


main()
