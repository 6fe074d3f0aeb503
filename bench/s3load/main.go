// s3load probes and loads one S3 endpoint.
//
//	s3load probe            which of the needed semantics the server keeps (one row each: ok or not)
//	s3load raw [-secs 5] [-only "put4k_q1 put4m_q8"]    4 MiB PUT and GET at 1, 8 and 32 in parallel, 4 KiB PUT and ranged GET latency
//	s3load mkbucket NAME
//
// Endpoint and keys come from S3_ENDPOINT (http://host:port), S3_BUCKET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
// Output: rows "job<TAB>metric<TAB>value".
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

var (
	ctx    = context.Background()
	c      *minio.Client
	bucket = os.Getenv("S3_BUCKET")
)

func put(key string, b []byte, o minio.PutObjectOptions) (minio.UploadInfo, error) {
	o.DisableMultipart = true
	return c.PutObject(ctx, bucket, key, bytes.NewReader(b), int64(len(b)), o)
}

func code(err error) int {
	if err == nil {
		return 200
	}
	return minio.ToErrorResponse(err).StatusCode
}

func row(job, metric string, value any) { fmt.Printf("%s\t%s\t%v\n", job, metric, value) }

// race runs n functions at once and says how many returned 200, and every status seen.
func race(n int, f func(i int) error) (won int, seen map[int]int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen = map[int]int{}
	gate := make(chan struct{})
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-gate
			s := code(f(i))
			mu.Lock()
			defer mu.Unlock()
			seen[s]++
		}()
	}
	close(gate)
	wg.Wait()
	return seen[200], seen
}

func probe(threads, keys int) {
	run := fmt.Sprintf("probe/%d/", time.Now().UnixNano())
	tally := map[int]int{}
	bad := 0
	for k := range keys {
		key := fmt.Sprintf("%sabsent/%03d", run, k)
		o := minio.PutObjectOptions{}
		o.SetMatchETagExcept("*")
		won, seen := race(threads, func(i int) error { _, err := put(key, fmt.Appendf(nil, "%d", i), o); return err })
		if won != 1 {
			bad++
		}
		for s, n := range seen {
			tally[s] += n
		}
	}
	row("probe", "put_if_absent_bad_rounds", fmt.Sprintf("%d/%d %v", bad, keys, tally))

	info, err := put(run+"cas", []byte("start"), minio.PutObjectOptions{})
	check(err)
	etag, tally, bad := info.ETag, map[int]int{}, 0
	for r := range keys {
		var next atomic.Value
		won, seen := race(threads, func(i int) error {
			o := minio.PutObjectOptions{}
			o.SetMatchETag(etag)
			u, err := put(run+"cas", fmt.Appendf(nil, "%d-%d", r, i), o)
			if err == nil {
				next.Store(u.ETag)
			}
			return err
		})
		if won != 1 {
			bad++
		}
		for s, n := range seen {
			tally[s] += n
		}
		st, err := c.StatObject(ctx, bucket, run+"cas", minio.StatObjectOptions{})
		check(err)
		if e, _ := next.Load().(string); won == 1 && e != st.ETag {
			bad++
		}
		etag = st.ETag
	}
	row("probe", "compare_and_set_bad_rounds", fmt.Sprintf("%d/%d %v", bad, keys, tally))
	o := minio.PutObjectOptions{}
	o.SetMatchETag("0123456789abcdef0123456789abcdef")
	_, err = put(run+"nothere", []byte("x"), o)
	row("probe", "if_match_on_missing_key", code(err))

	body := make([]byte, 1<<20)
	rand.Read(body)
	_, err = put(run+"range", body, minio.PutObjectOptions{})
	check(err)
	g := minio.GetObjectOptions{}
	g.SetRange(4097, 9000)
	r, err := c.GetObject(ctx, bucket, run+"range", g)
	check(err)
	part, err := io.ReadAll(r)
	row("probe", "ranged_get", ok(err == nil && bytes.Equal(part, body[4097:9001])))

	// CRC32C: sent as a header, sent as a trailer, refused when wrong, given back on request
	sum := make([]byte, 4)
	binary.BigEndian.PutUint32(sum, crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
	want := base64.StdEncoding.EncodeToString(sum)
	_, err = put(run+"crc-header", body, minio.PutObjectOptions{UserMetadata: map[string]string{"X-Amz-Checksum-Crc32c": want}})
	row("probe", "crc32c_header", code(err))
	_, err = put(run+"crc-wrong", body, minio.PutObjectOptions{UserMetadata: map[string]string{"X-Amz-Checksum-Crc32c": "AAAAAA=="}})
	row("probe", "crc32c_wrong_refused", code(err))
	_, err = put(run+"crc-trailer", body, minio.PutObjectOptions{Checksum: minio.ChecksumCRC32C, SendContentMd5: false})
	row("probe", "crc32c_trailer", code(err))
	for _, k := range []string{"crc-header", "crc-trailer"} {
		st, err := c.StatObject(ctx, bucket, run+k, minio.StatObjectOptions{Checksum: true})
		row("probe", k+"_returned", ok(err == nil && st.ChecksumCRC32C == want))
	}

	for i := range 1100 {
		if i%11 == 0 {
			_, err = put(fmt.Sprintf("%slist/%08x", run, (i*2654435761)&0xffffffff), []byte{1}, minio.PutObjectOptions{})
			check(err)
		}
	}
	var names []string
	for ob := range c.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: run + "list/", Recursive: true, MaxKeys: 17}) {
		check(ob.Err)
		names = append(names, ob.Key)
	}
	row("probe", "list_v2_sorted_complete", ok(len(names) == 100 && slices.IsSorted(names)))
	after := 0
	for ob := range c.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: run + "list/", Recursive: true, StartAfter: names[49]}) {
		check(ob.Err)
		after++
	}
	row("probe", "list_start_after", ok(after == 50))

	ch := make(chan minio.ObjectInfo)
	go func() {
		defer close(ch)
		for _, n := range names {
			ch <- minio.ObjectInfo{Key: n}
		}
	}()
	failed := 0
	for e := range c.RemoveObjects(ctx, bucket, ch, minio.RemoveObjectsOptions{}) {
		log.Print(e.Err)
		failed++
	}
	left := 0
	for range c.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: run + "list/", Recursive: true}) {
		left++
	}
	row("probe", "delete_objects", ok(failed == 0 && left == 0))
	for ob := range c.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: run, Recursive: true}) {
		c.RemoveObject(ctx, bucket, ob.Key, minio.RemoveObjectOptions{})
	}
}

func ok(b bool) string {
	if b {
		return "ok"
	}
	return "BAD"
}

// cpu says how many seconds of CPU so far this process took (client), those that S3LOAD_CPU names (name=pid), and the machine.
func cpu() map[string]float64 {
	const hz = 100
	sum := func(fields []string) (s float64) {
		for _, f := range fields {
			n, _ := strconv.ParseFloat(f, 64)
			s += n / hz
		}
		return
	}
	took := map[string]float64{}
	for _, named := range append(strings.Fields(os.Getenv("S3LOAD_CPU")), fmt.Sprintf("client=%d", os.Getpid())) {
		name, pid, _ := strings.Cut(named, "=")
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err == nil {
			took[name] = sum(strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))[11:13])
		}
	}
	if stat, err := os.ReadFile("/proc/stat"); err == nil {
		f := strings.Fields(string(stat))
		took["machine"] = sum([]string{f[1], f[2], f[3], f[6], f[7]})
	}
	return took
}

// load repeats f in n goroutines for a time; MB/s, the latencies in ms and seconds of CPU come out.
func load(job string, n int, size int, d time.Duration, f func(worker, i int) error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var took []float64
	before := cpu()
	start := time.Now()
	for w := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; time.Since(start) < d && i < 4000; i++ {
				t := time.Now()
				check(f(w, i))
				ms := float64(time.Since(t).Microseconds()) / 1000
				mu.Lock()
				took = append(took, ms)
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	secs := time.Since(start).Seconds()
	sort.Float64s(took)
	row(job, "MB_s", fmt.Sprintf("%.1f", float64(len(took))*float64(size)/1e6/secs))
	row(job, "ops_s", fmt.Sprintf("%.1f", float64(len(took))/secs))
	row(job, "p50_ms", fmt.Sprintf("%.2f", took[len(took)/2]))
	row(job, "p99_ms", fmt.Sprintf("%.2f", took[len(took)*99/100]))
	row(job, "MB", fmt.Sprintf("%.1f", float64(len(took))*float64(size)/1e6))
	for who, s := range cpu() {
		row(job, "cpu_"+who+"_s", fmt.Sprintf("%.2f", s-before[who]))
	}
}

func raw(d time.Duration, only string) {
	big := make([]byte, 4<<20)
	rand.Read(big)
	small := big[:4096]
	plain := minio.PutObjectOptions{}
	get := func(key string, o minio.GetObjectOptions) error {
		r, err := c.GetObject(ctx, bucket, key, o)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	}
	load := func(job string, n int, size int, d time.Duration, f func(worker, i int) error) {
		if only == "" || slices.Contains(strings.Fields(only), job) {
			load(job, n, size, d, f)
		}
	}
	load("put4k_q1", 1, 4096, d, func(w, i int) error { _, err := put(fmt.Sprintf("raw/s/%d", i), small, plain); return err })
	load("put4k_q8", 8, 4096, d, func(w, i int) error { _, err := put(fmt.Sprintf("raw/s/%d-%d", w, i), small, plain); return err })
	for _, n := range []int{1, 8, 32} {
		load(fmt.Sprintf("put4m_q%d", n), n, len(big), d, func(w, i int) error {
			_, err := put(fmt.Sprintf("raw/b/%02d-%02d", w, i%8), big, plain)
			return err
		})
	}
	for _, n := range []int{1, 8, 32} {
		load(fmt.Sprintf("get4m_q%d", n), n, len(big), d, func(w, i int) error {
			return get(fmt.Sprintf("raw/b/%02d-00", w), minio.GetObjectOptions{})
		})
	}
	load("get4k_range_q1", 1, 4096, d, func(w, i int) error {
		o := minio.GetObjectOptions{}
		o.SetRange(int64(i%1000)*4096, int64(i%1000)*4096+4095)
		return get("raw/b/00-00", o)
	})
	for ob := range c.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: "raw/", Recursive: true}) {
		c.RemoveObject(ctx, bucket, ob.Key, minio.RemoveObjectOptions{})
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	u, err := url.Parse(os.Getenv("S3_ENDPOINT"))
	check(err)
	c, err = minio.New(u.Host, &minio.Options{Region: "us-east-1", TrailingHeaders: true, MaxRetries: 1, BucketLookup: minio.BucketLookupPath,
		Creds:     credentials.NewStaticV4(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10}})
	check(err)
	flags := flag.NewFlagSet("s3load", flag.ExitOnError)
	secs := flags.Int("secs", 5, "seconds for each raw job")
	threads := flags.Int("threads", 8, "threads in a race")
	keys := flags.Int("keys", 50, "races")
	only := flags.String("only", "", "these raw jobs alone; gets need put4m_q32")
	if len(os.Args) < 2 {
		log.Fatal("s3load probe|raw|mkbucket NAME")
	}
	flags.Parse(os.Args[2:])
	switch os.Args[1] {
	case "probe":
		probe(*threads, *keys)
	case "raw":
		raw(time.Duration(*secs)*time.Second, *only)
	case "mkbucket":
		if err := c.MakeBucket(ctx, flags.Arg(0), minio.MakeBucketOptions{}); err != nil {
			have, err2 := c.BucketExists(ctx, flags.Arg(0))
			check(err2)
			if !have {
				check(err)
			}
		}
	}
}
