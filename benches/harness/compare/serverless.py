"""A serverless function of one request an instance in SimFaaS: requests per processor second.

    python3 -m venv /tmp/simfaas && /tmp/simfaas/bin/pip install simfaas
    /tmp/simfaas/bin/python serverless.py [RATE] [REQUESTS]

Warm requests take 1.991 s in the mean, cold ones 2.244 s, and an instance goes after 600 s
without a request: the case of SimFaaS's own README, there at 0.9 requests a second.
"""

import sys
import time

from simfaas.ServerlessSimulator import ServerlessSimulator


def main():
    rate = float(sys.argv[1]) if len(sys.argv) > 1 else 0.9
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    simulator = ServerlessSimulator(
        arrival_rate=rate,
        warm_service_rate=1 / 1.991,
        cold_service_rate=1 / 2.244,
        expiration_threshold=600,
        max_time=requests / rate,
    )
    before = time.process_time()
    simulator.generate_trace(debug_print=False, progress=False)
    spent = time.process_time() - before
    done = simulator.total_req_count
    cold = simulator.total_cold_count / done
    print(f"simfaas at {rate}/s: {done} requests, {cold:.2%} cold, {done / spent:,.0f} requests per CPU second")


if __name__ == "__main__":
    main()
