#define TILE 8

__kernel
void matmul(int k, int n,
            __global const float *a,
            __global const float *b,
            __global float *c)
{
    __local float tile_a[TILE][TILE];
    __local float tile_b[TILE][TILE];
    int r = get_local_id(1), q = get_local_id(0);
    int row = get_group_id(1) * TILE + r;
    int col = get_group_id(0) * TILE + q;
    float sum = 0.0f;
    for (int t = 0; t < k; t += TILE) {
        tile_a[r][q] = a[row * k + t + q];
        tile_b[r][q] = b[(t + r) * n + col];
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int j = 0; j < TILE; j++)
            sum += tile_a[r][j] * tile_b[j][q];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    c[row * n + col] = sum;
}
