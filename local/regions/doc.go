// Package regions is the world between several regions on one machine: links with lag and jitter that can be cut, regions that can be
// isolated or stopped, clocks that are off, and what AWS carries over these links: the writes of DynamoDB global tables, the objects of
// replicated buckets, and calls from one region to another.
//
// Eventually consistent tables (MREC): each region's writes travel item by item, each by itself and in any order; a table's replica
// applies them by dynamodb.Server.Apply, where the last writer of an item wins. A transaction is atomic in its own region only.
//
// Strongly consistent tables (MRSC): writes of a table are one log. A write happens at a region that reaches another one: it takes over
// what that one has, decides, and gives the result to it before it answers, so that any two regions together know every answered write.
// While a write of an item is under way in one region, writes of it in others fail with ReplicatedWriteConflictException.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
package regions
