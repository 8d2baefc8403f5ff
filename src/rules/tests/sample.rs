//! The sample that the persona reviews: a pool of workers that nobody stops. `go vet` has nothing
//! to say about it.

use super::check;

const SAMPLE: &str = "package tp

import \"sync\"

type TransactionProcessor struct {
	workers    int
	jobQueue   chan *Transaction
	resultPool *sync.Pool
}

func (tp *TransactionProcessor) ProcessTransactions() {
	for i := 0; i < tp.workers; i++ {
		go tp.worker()
	}
}

func (tp *TransactionProcessor) worker() {
	for tx := range tp.jobQueue {
		result := tp.resultPool.Get().(*ProcessResult)
		defer tp.resultPool.Put(result)
		tp.processTransaction(tx, result)
	}
}
";

#[test]
fn each_point_is_made_once_on_its_line() {
    check(
        &[("processor.go", SAMPLE)],
        "processor.go:13 goroutine-panic-unrecovered warning/low \
         [TransactionProcessor.ProcessTransactions]\n\
         processor.go:13 goroutine-start-without-lifecycle warning/medium \
         [TransactionProcessor.ProcessTransactions]\n\
         processor.go:18-22 goroutine-range-never-closed critical/medium \
         [TransactionProcessor.worker]\n\
         processor.go:19 pool-object-not-reset critical/low [TransactionProcessor.worker]\n\
         processor.go:19 unchecked-type-assertion critical/medium [TransactionProcessor.worker]\n\
         processor.go:20 pool-put-deferred-in-loop critical/high [TransactionProcessor.worker]",
    );
}
